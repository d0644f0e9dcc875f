import { expect } from "chai";
import { alarm } from "../../sandbox/alarm";
import { repeat } from "../../sandbox/repeat";

describe("sandbox/alarm", () => {
  const hour = 3_600_000;

  it("ends a pause, also if it rang before the pause, and once", async () => {
    const { ring, next } = alarm();
    const { signal } = new AbortController();
    const first = next(hour, signal);
    ring();
    await first;
    ring();
    ring();
    await next(hour, signal);
    // Nothing rang since then, so only the limit ends this pause.
    const begin = Date.now();
    await next(20, signal);
    expect(Date.now() - begin).to.be.at.least(15);
  });

  it("ends a pause when the loop has to end", async () => {
    const end = new AbortController();
    const pause = alarm().next(hour, end.signal);
    end.abort();
    await pause;
  });

  it("causes one more round of work for changes during a round", async () => {
    const bell = alarm();
    const end = new AbortController();
    let rounds = 0;
    await repeat(
      "test",
      hour,
      () => {
        rounds++;
        if (rounds === 1) for (let change = 0; change < 5; change++) bell.ring();
        if (rounds === 2) end.abort();
        return Promise.resolve();
      },
      bell,
      end.signal,
    );
    expect(rounds).to.equal(2);
  });
});
