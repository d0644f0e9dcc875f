import { clock } from "../clock";

/** Sets the time of the pack in the tests of a `describe`. */
export function atDay(day: string): void {
  const { now } = clock;
  before(() => {
    clock.now = () => Date.parse(`${day}T12:00:00Z`);
  });
  after(() => {
    clock.now = now;
  });
}
