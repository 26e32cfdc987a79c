import { byId } from "./dom";

/** Shows the `data-tip` of whatever is pointed at or has the focus. */
export function showTips(): void {
  const tip = byId("tip");
  const show = (target: EventTarget | null, x?: number, y?: number) => {
    const of = target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
    tip.hidden = of === null;
    if (of === null) return;
    tip.textContent = of.dataset["tip"] ?? "";
    const box = of.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const [left, top] = [x ?? box.left, y ?? box.bottom];
    tip.style.left = `${Math.max(4, Math.min(left + 12, innerWidth - width - 4))}px`;
    tip.style.top = `${Math.max(4, Math.min(top + 12, innerHeight - height - 4))}px`;
  };
  document.addEventListener("pointermove", (event) => show(event.target, event.clientX, event.clientY));
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof Element && event.target.matches(":focus-visible")) show(event.target);
  });
  document.addEventListener("focusout", () => (tip.hidden = true));
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") tip.hidden = true;
  });
}

/** Tells a reader what was done, or went wrong. */
export function say(text: string, wrong = false): void {
  const said = byId("said");
  said.textContent = text;
  said.className = wrong ? "wrong" : "";
  setTimeout(() => {
    if (said.textContent === text) said.textContent = "";
  }, 8_000);
}

/** Does something and says what went wrong. */
export async function trying(work: () => Promise<string | undefined | void>): Promise<void> {
  try {
    const said = await work();
    if (typeof said === "string") say(said);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), true);
  }
}
