"""The next batch of notices, in words for the manager."""

from __future__ import annotations

from queueing.policies.pacing import NextBatch

KINDS = {"wave": "本批和再次通知", "sweep": "扫尾通知"}
WHY = {
    "room": "按空余名额",
    "most": "到了每批上限",
    "round": "这一轮要按时通知到所有人",
    "all": "剩下的人都在这一批",
    "closed": "不在发放季里。",
    "turn": "还没有轮到任何批次。",
    "done": "该通知的都通知过了。",
    "quiet": "现在是安静时间，不发短信。",
}


def why_words(batch: NextBatch, paused: str = "") -> str:
    """Why the next batch has its size, in sentences."""
    if batch.why == "paused":
        return f"通知已暂停：{paused}。恢复以后接着发，不会漏人，也不会重发。"
    if batch.sum is None or batch.why in ("turn", "done"):
        return WHY[batch.why]
    if batch.why == "full" or not batch.size:
        return batch.sum.reason
    if batch.why == "round":
        return (
            f"还有{batch.pending}人要在这一轮通知到，这批{batch.size}人。空余{batch.sum.free_places}个名额，"
            f"约满之前还差{max(0, batch.sum.missing):.0f}个。"
        )
    if batch.why == "all":
        return f"{batch.sum.reason}在等通知的只有{batch.pending}人，都在这一批。"
    return batch.sum.reason
