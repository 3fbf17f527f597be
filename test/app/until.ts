/** Waits up to 30 s for what runs in the background. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !condition(); i++) await new Promise((done) => setTimeout(done, 100));
  expect(condition()).toBe(true);
}
