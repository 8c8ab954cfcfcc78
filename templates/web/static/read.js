// Reads the page aloud where the browser can. The page is complete without it.
(() => {
  if (!("speechSynthesis" in window)) return;
  const looks = document.querySelector(".looks");
  const main = document.querySelector("main");
  if (!looks || !main) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "look";
  button.textContent = "朗读";
  const stop = () => { speechSynthesis.cancel(); button.textContent = "朗读"; };
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) { stop(); return; }
    const words = new SpeechSynthesisUtterance(main.innerText);
    words.lang = "zh-CN";
    words.rate = 0.85;
    words.onend = stop;
    speechSynthesis.speak(words);
    button.textContent = "停";
  });
  looks.append(button);
  addEventListener("pagehide", () => speechSynthesis.cancel());
})();
