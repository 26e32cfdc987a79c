/**
 * The script of a page: tips beside the pointer, sliders that choose which of a chart's groups is visible, and boxes that
 * show a family of lines. Without it a page shows what it opens with.
 */
export const CHART_SCRIPT = `
const tip = document.getElementById("tip");
const isShown = (element) => element.closest("[hidden]") === null;
const toldAt = (band) => {
  const drawing = band.closest("svg");
  const lines = [...drawing.querySelectorAll("[data-values]")].filter(isShown);
  const unit = drawing.closest(".chart").dataset.unit ?? "";
  const told = lines
    .map((line) => ({ name: line.dataset.name, value: line.dataset.values.split(" ")[Number(band.dataset.at)] }))
    .sort((a, b) => Number(b.value) - Number(a.value))
    .map(({ name, value }) => value + " " + unit + "  " + name);
  return [band.dataset.x, ...told].join("\\n");
};
const tell = (event) => {
  const of = event.target instanceof Element ? event.target.closest("[data-tip], [data-at]") : null;
  tip.hidden = of === null;
  if (of === null) return;
  tip.textContent = of.dataset.tip ?? toldAt(of);
  const { width, height } = tip.getBoundingClientRect();
  const x = event.clientX + 14 + width > innerWidth ? event.clientX - 14 - width : event.clientX + 14;
  tip.style.left = Math.max(4, x) + "px";
  tip.style.top = Math.max(4, Math.min(event.clientY + 14, innerHeight - height - 4)) + "px";
};
document.addEventListener("pointermove", tell);
document.addEventListener("pointerdown", tell);
document.addEventListener("pointerleave", () => { tip.hidden = true; });
for (const slider of document.querySelectorAll("input[type=range][data-names]")) {
  const names = slider.dataset.names.split(",");
  const groups = slider.closest(".chart").querySelectorAll("[data-frame]");
  const choose = () => {
    groups.forEach((group) => group.toggleAttribute("hidden", group.dataset.frame !== slider.value));
    slider.parentElement.querySelector("output").textContent = names[Number(slider.value)];
  };
  slider.addEventListener("input", choose);
  choose();
}
for (const box of document.querySelectorAll("input[data-shows]")) {
  const family = box.closest(".chart").querySelectorAll('[data-family="' + box.dataset.shows + '"]');
  const show = () => family.forEach((line) => line.toggleAttribute("hidden", !box.checked));
  box.addEventListener("change", show);
  show();
}
`;
