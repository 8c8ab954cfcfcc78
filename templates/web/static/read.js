// Reads the page aloud where the browser can, sentence by sentence; and prints. Pages are complete without it.
(() => {
  document.querySelectorAll("[data-print]").forEach((one) => {
    one.hidden = false;
    one.addEventListener("click", () => print());
  });
  const looks = document.querySelector(".looks");
  const main = document.querySelector("main");
  if (!("speechSynthesis" in window) || !looks || !main) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "look";
  const show = (reading) => {
    button.textContent = reading ? "停" : "朗读";
    button.setAttribute("aria-pressed", String(reading));
  };
  const stop = () => { speechSynthesis.cancel(); show(false); };
  const read = () => {
    // Long texts fall silent in some browsers: a sentence at a time does not.
    const sentences = main.innerText.split(/[。！？\n]+/).filter((text) => text.trim());
    sentences.forEach((text, index) => {
      const words = new SpeechSynthesisUtterance(text);
      words.lang = "zh-CN";
      words.rate = 0.85;
      words.onerror = stop;
      if (index === sentences.length - 1) words.onend = stop;
      speechSynthesis.speak(words);
    });
    show(true);
  };
  button.addEventListener("click", () => (button.getAttribute("aria-pressed") === "true" ? stop() : read()));
  show(false);
  looks.append(button);
  addEventListener("pagehide", stop);
})();
