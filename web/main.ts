import { render } from "lit-html";
import { newestPin } from "./newest-pin.ts";
import * as service from "./page-service.ts";
import { Stage } from "./stage.ts";
import { onTouches } from "./touches.ts";
import { pageView } from "./view/page-view.ts";

/** How often what only time changes (someone is late, a line is retried) is drawn again. */
const REDRAW_MS = 1_000;

const root = document.body;
let drawing = false;

/** At most once a frame, however much has changed. */
const draw = (): void => {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    document.documentElement.lang = stage.locale;
    render(pageView(stage), root);
    for (const chat of root.querySelectorAll(".entries")) {
      if (!watched.has(chat)) resized.observe(chat);
      watched.add(chat);
    }
    pin();
  });
};

const pin = (): void => {
  for (const seat of stage.seats) {
    const chat = root.querySelector(`[data-player="${CSS.escape(seat.player)}"] .entries`);
    if (seat.atNewest && chat !== null) newestPin.pin(chat);
  }
};

/** A window made smaller, or a keyboard that opened, leaves the newest line in view. */
const resized = new ResizeObserver(pin);
const watched = new WeakSet<Element>();

const stage = new Stage(await service.getCast(), location.origin, draw);

document.addEventListener("visibilitychange", () => {
  for (const seat of stage.seats) seat.look(!document.hidden);
});
onTouches((isThere) => {
  for (const seat of stage.seats) seat.watch(isThere);
});
setInterval(draw, REDRAW_MS);
stage.open();
