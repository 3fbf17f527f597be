import { parseConclusion, rationaleOf, withoutThinking } from '../../src/student/conclusion.js';

test.each([
  ['Both sum a list.\nConclusion: yes', true],
  ['conclusion: NO', false],
  ['**Conclusion: no.**', false],
  ['Reasons.\n\nConclusion: **yes**\n', true],
  ['Conclusion: yes\nConclusion: yes', true],
  ['Yes', true],
  ['No.', false],
  ['Yes, both sort.', true],
  ['<think>Conclusion: no</think>Conclusion: yes', true],
  ['thinking without a beginning</think>\nConclusion: no', false],
])('%j states a verdict', (answer, verdict) => {
  expect(parseConclusion(answer)).toBe(verdict);
});

test.each([
  '',
  'Both sum a list.',
  'They may be the same, yes, but I cannot tell.',
  'Conclusion: yes\nConclusion: no',
  'Conclusion: yes or no',
  'Conclusion: maybe',
  'Conclusion: yes-ish',
  'Conclusion:',
  'No idea.',
  'yesterday',
  'The line "Conclusion: yes" ends an answer.',
  '<think>Conclusion: yes',
])('%j states none', (answer) => {
  expect(parseConclusion(answer)).toBeNull();
});

test('labels of a student are taken literally', () => {
  const words = { conclusion: 'Verdict (final):', clone: ' a+b', different: ' a' };
  expect(parseConclusion('Verdict (final): a+b', words)).toBe(true);
  expect(parseConclusion('Verdict (final): aab', words)).toBeNull();
});

test('the reasons are what stands before the conclusion', () => {
  expect(rationaleOf('Both sort.\nBoth print.\nConclusion: yes')).toBe('Both sort.\nBoth print.');
  expect(rationaleOf('<think>hm</think>Both sort.\n**Conclusion: yes**')).toBe('Both sort.');
  expect(withoutThinking('a<think>b</think>c<think>d')).toBe('ac');
});
