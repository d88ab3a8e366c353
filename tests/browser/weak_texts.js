// The texts on the page whose contrast with the ground behind them is below 4.5 to 1, each with its ratio.
const light = (colour) => {
  const [r, g, b] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const parts = (text) => {
  const numbers = text.match(/[\d.]+/g).map(Number);
  return numbers.length === 3 ? [...numbers, 1] : numbers;
};
const ground = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const [r, g, b, opacity] = parts(getComputedStyle(at).backgroundColor);
    if (opacity === 1) return [r, g, b];
  }
  return [255, 255, 255];
};
const unseen = ".hidden, .skip, [aria-hidden=true], template, svg";
const weak = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode.textContent.trim();
  const element = walker.currentNode.parentElement;
  if (!text || !element.getClientRects().length || element.closest(unseen)) continue;
  const [r, g, b] = parts(getComputedStyle(element).color);
  const [high, low] = [light([r, g, b]), light(ground(element))].sort((p, q) => q - p);
  const ratio = (high + 0.05) / (low + 0.05);
  if (ratio < 4.5) weak.push(`${text} ${ratio.toFixed(2)}`);
}
return weak;
