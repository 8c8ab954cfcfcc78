// The lobby screen says out loud who is called, after a chime. Browsers want one touch before they make a sound.
(() => {
  const piece = document.querySelector("[data-call]");
  const words = () => [...piece.querySelectorAll("[data-say]")].map((one) => one.dataset.say);
  let known = new Set(words());
  const chime = () => {
    try {
      const audio = new AudioContext();
      [880, 660].forEach((tone, index) => {
        const sound = audio.createOscillator();
        const volume = audio.createGain();
        sound.frequency.value = tone;
        volume.gain.setValueAtTime(0.2, audio.currentTime + index * 0.3);
        volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + index * 0.3 + 0.5);
        sound.connect(volume).connect(audio.destination);
        sound.start(audio.currentTime + index * 0.3);
        sound.stop(audio.currentTime + index * 0.3 + 0.5);
      });
    } catch { /* no sound here: the screen is enough */ }
  };
  piece.addEventListener("fresh", () => {
    const now = words();
    const fresh = now.filter((text) => !known.has(text));
    known = new Set(now);
    if (!fresh.length) return;
    chime();
    if (!("speechSynthesis" in window)) return;
    fresh.forEach((text) => {
      const said = new SpeechSynthesisUtterance(text + "。" + text);
      said.lang = "zh-CN";
      said.rate = 0.85;
      speechSynthesis.speak(said);
    });
  });
})();
