/** Webhooks that wait for their answer. Scans give way to them: GitHub waits ten seconds, a scan can. */
export interface Answers {
  /** Counts one until the function that it gives is called. */
  begin(): () => void;
  /** Resolves when no webhook waits for its answer, and after `maxMs` at the latest. */
  given(maxMs: number): Promise<void>;
}

export function createAnswers(): Answers {
  let waiting = 0;
  let told: (() => void)[] = [];
  return {
    begin() {
      waiting += 1;
      let over = false;
      return () => {
        if (over) return;
        over = true;
        waiting -= 1;
        if (waiting > 0) return;
        for (const tell of told) tell();
        told = [];
      };
    },
    async given(maxMs) {
      if (waiting === 0) return;
      await new Promise<void>((done) => {
        const timer = setTimeout(done, maxMs);
        told.push(() => {
          clearTimeout(timer);
          done();
        });
      });
    },
  };
}
