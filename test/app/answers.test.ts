import { createAnswers } from '../../src/app/answers.js';

const LONG = 60_000;

test('without webhooks there is nothing to wait for', async () => {
  await createAnswers().given(LONG);
});

test('a scan waits for every answer, and an answer counts once', async () => {
  const answers = createAnswers();
  const [first, second] = [answers.begin(), answers.begin()];
  let waited = true;
  const waiting = answers.given(LONG).then(() => (waited = false));
  first();
  first();
  await new Promise(setImmediate);
  expect(waited).toBe(true);
  second();
  await waiting;
  expect(waited).toBe(false);
});

test('and no longer than it is told to', async () => {
  const answers = createAnswers();
  answers.begin();
  await answers.given(1);
});
