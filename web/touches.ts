/** Nobody has touched the page for so long: he is not there. */
const STILL_MS = 120_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "touchstart", "wheel"] as const;

/** Tells whether somebody is at this page: with every touch, and once when there was none for two minutes or the page is hidden. */
export const onTouches = (tell: (isThere: boolean) => void): void => {
  let still: ReturnType<typeof setTimeout> | undefined;
  const touched = (): void => {
    clearTimeout(still);
    still = setTimeout(() => tell(false), STILL_MS);
    tell(true);
  };
  const left = (): void => {
    clearTimeout(still);
    tell(false);
  };
  for (const sign of SIGNS) document.addEventListener(sign, touched, { passive: true });
  document.addEventListener("visibilitychange", () => (document.hidden ? left() : touched()));
  if (document.hidden) left();
  else touched();
};
