// @ts-check

/**
 * Minutes and seconds, or hours too: `4:09`, `1:02:03`.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => `${part}`.padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":").replace(/^0/, "");
}

/**
 * A `<time>` that reads as the viewer's local time of day.
 *
 * @param {number} epoch seconds since 1970
 */
export function timeOfDay(epoch) {
  const date = new Date(epoch * 1000);
  const element = document.createElement("time");
  element.dateTime = date.toISOString();
  element.textContent = date.toLocaleTimeString([], { hour12: false });
  return element;
}
