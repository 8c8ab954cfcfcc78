// A day of the past: a slider, and the day as a film. Pictures are fetched once and kept; those to come are fetched ahead.
const reel = document.querySelector("[data-film]");
const screen_ = document.querySelector("[data-frame]");
const clock = reel.querySelector("[data-clock]");
const minute = 60000;
const read = (text) => new Date(`${text}:00Z`).getTime();
const write = (time) => new Date(time).toISOString().slice(0, 16);
const first = read(reel.dataset.first), last = read(reel.dataset.last), step = Number(reel.dataset.step) * minute;
const shown = new Map([[read(reel.dataset.at), Promise.resolve(screen_.innerHTML)]]);
const weekdays = "日一二三四五六";
let at = read(reel.dataset.at), wanted = at, timer = 0, run = 0;

const ask = async (time, patience) => {
  const answer = await fetch(`${reel.dataset.film}?at=${write(time)}`);
  if (answer.ok) return answer.text();
  if (answer.status !== 503 || !patience) throw new Error(answer.status);
  await new Promise((go) => setTimeout(go, 1000)); // the morning is still being replayed
  return ask(time, patience - 1);
};
const get = (time) => {
  if (!shown.has(time)) {
    const found = ask(time, 60);
    found.catch(() => shown.delete(time));
    shown.set(time, found);
  }
  return shown.get(time);
};
const name = (time) => {
  const day = new Date(time), hour = day.getUTCHours();
  const part = hour < 12 ? "上午" : hour === 12 ? "中午" : hour < 18 ? "下午" : "晚上";
  const minutes = String(day.getUTCMinutes()).padStart(2, "0");
  return `${day.getUTCMonth() + 1}月${day.getUTCDate()}日 星期${weekdays[day.getUTCDay()]} ${part}${hour > 12 ? hour - 12 : hour}:${minutes}`;
};
const point = (time) => {
  wanted = time;
  slider.value = String(time);
  slider.setAttribute("aria-valuetext", name(time));
  clock.textContent = name(time);
};
const show = async (time) => {
  point(time);
  try {
    const html = await get(time);
    if (wanted !== time || at === time) return;
    const open = [...screen_.querySelectorAll("details")].map((one) => one.open);
    screen_.innerHTML = html;
    screen_.querySelectorAll("details").forEach((one, index) => { one.open = open[index] ?? one.open; });
    at = time;
    history.replaceState(null, "", `?at=${write(time)}`);
  } catch {
    if (wanted === time) { stop(); point(at); } // the clock never tells another time than the picture
  }
};
// from here to the end of the day, then what is before: going back costs the server more than going on
const ahead = async () => {
  const times = Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
  for (const time of [...times.filter((one) => one >= at), ...times.filter((one) => one < at)]) {
    try { await get(time); } catch { /* it is asked for again when it is wanted */ }
  }
};

const slider = reel.querySelector("[data-slider]"), play = reel.querySelector("[data-play]"), speed = reel.querySelector("[data-speed]");
Object.assign(slider, { min: String(first), max: String(last), step: String(step) });
slider.value = String(at);
slider.setAttribute("aria-valuetext", name(at));
for (const control of [slider, play, speed]) control.hidden = false;
const stop = () => { clearTimeout(timer); timer = 0; run += 1; play.textContent = "▶ 播放"; };
const forward = async (mine) => {
  const next = first + (Math.floor((wanted - first) / step) + 1) * step;
  if (next > last) return stop();
  await show(next);
  if (mine === run) timer = setTimeout(forward, Number(speed.value), mine);
};
slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
play.addEventListener("click", () => {
  if (timer) return stop();
  if (wanted + step > last) wanted = first - step;
  play.textContent = "⏸ 暂停";
  timer = setTimeout(forward, 0, run);
});
ahead();
