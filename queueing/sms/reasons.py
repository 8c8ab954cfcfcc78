"""Kinds, states and reasons of messages, as staff read them."""

from __future__ import annotations

KINDS = {
    "invitation": "邀请",
    "confirmation": "预约确认",
    "reminder": "提醒",
    "change": "网点变更",
    "sweep": "扫尾通知",
    "reply": "回复",
    "employer": "单位",
    "notice": "通知",
    "calm": "安心短信",
}
STATES = {
    "due": "待发",
    "claimed": "发送中",
    "sending": "发送中",
    "accepted": "已发出",
    "delivered": "已送达",
    "refused": "没发成",
    "unknown": "结果不明",
    "dropped": "没有发",
    "void": "不用发了",
}
GATEWAYS = {
    "local": "本机演示，不真发",
    "twilio-local": "本机的 Twilio，不真发",
    "twilio": "Twilio",
    "aliyun": "阿里云",
}
_REASONS = {
    "": "没有说明",
    "expired": "过了时间",
    "same text": "同样的话一天内发过两次",
    "daily cap": "当天发得够多了，明天再发",
    "no number": "没有能收短信的号码",
    "not rendered": "内容拼不出来，见日志",
    "superseded": "预约已经变了",
    "opted out": "本人不收短信",
    "unreachable": "号码联系不上",
    "collected": "已经领卡",
    "erased": "资料已删除",
    "restored": "恢复备份时作废",
    "no outcome recorded": "发送程序中途停止",
    "no answer in time": "通道没有及时应答",
    "connection lost": "与通道的连接中断",
    "no connection": "连不上短信通道",
    "not configured": "通道账号没有配好",
    "no template code": "模板还没有在通道登记",
    "20003": "通道账号或密钥不对",
    "20429": "通道限速",
    "503": "通道暂停服务",
    "500": "通道出错",
    "21211": "号码不对",
    "21214": "号码联系不上",
    "21217": "号码不对",
    "21610": "在运营商处退订",
    "21612": "通道到不了这个号码",
    "21614": "不是手机号",
    "21635": "是座机",
    "30003": "关机或没有信号",
    "30004": "被拦截",
    "30005": "空号",
    "30006": "是座机或运营商到不了",
    "30007": "被运营商过滤",
    "isv.MOBILE_NUMBER_ILLEGAL": "号码不对",
    "isv.BUSINESS_LIMIT_CONTROL": "通道限速",
    "isv.DAY_LIMIT_CONTROL": "通道当天的量用完了",
    "isv.AMOUNT_NOT_ENOUGH": "通道余额不足",
    "MOBILE_NOT_ON_SERVICE": "空号、停机或关机",
    "MOBILE_IN_BLACK": "在运营商处退订",
    "USER_REJECT": "在运营商处退订",
    "INVALID_NUMBER": "号码不对",
    "MOBILE_ACCOUNT_ABNORMAL": "号码停用或欠费",
    "MOBILE_SEND_LIMIT": "运营商限量",
    "CONTENT_KEYWORD": "被运营商过滤",
    "isv.OUT_OF_SERVICE": "通道停机",
}


def reason(text: str) -> str:
    """Why, in words; a code nobody has put into words is shown as it is."""
    return _REASONS.get(text, text)
