// The lobby screen says out loud who is called, after a chime. A browser wants one touch before it makes a sound:
// the button asks for it, once.
(() => {
  const piece = document.querySelector("[data-call]");
  const button = document.getElementById("sound");
  const words = () => [...piece.querySelectorAll("[data-say]")].map((one) => one.dataset.say);
  let audio = null;
  try { audio = new AudioContext(); } catch { /* no sound here: the screen is enough */ }
  let known = new Set(words());

  const unlocked = () => !audio || audio.state === "running";
  const show = () => { button.hidden = unlocked(); };

  const chime = () => {
    if (!audio || audio.state !== "running") return;
    [880, 660].forEach((tone, index) => {
      const sound = audio.createOscillator();
      const volume = audio.createGain();
      const start = audio.currentTime + index * 0.3;
      sound.frequency.value = tone;
      volume.gain.setValueAtTime(0.25, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
      sound.connect(volume).connect(audio.destination);
      sound.start(start);
      sound.stop(start + 0.5);
    });
  };

  const say = (text) => {
    if (!("speechSynthesis" in window)) return;
    const said = new SpeechSynthesisUtterance(text);
    said.lang = "zh-CN";
    said.rate = 0.85;
    said.voice = speechSynthesis.getVoices().find((one) => /^zh[-_](CN|Hans)|^cmn/i.test(one.lang)) ?? null;
    speechSynthesis.speak(said);
  };

  button.addEventListener("click", async () => {
    await audio?.resume();
    show();
    chime();
    say("声音已打开");
  });
  audio?.addEventListener("statechange", show);
  show();

  piece.addEventListener("fresh", () => {
    const now = words();
    const fresh = now.filter((text) => !known.has(text));
    known = new Set(now);
    if (!fresh.length) return;
    chime();
    setTimeout(() => fresh.reverse().forEach((text) => say(`${text}。${text}。`)), 900);
  });

  // A television must not fall asleep.
  const awake = () => navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", () => { if (!document.hidden) awake(); });
  awake();
})();
