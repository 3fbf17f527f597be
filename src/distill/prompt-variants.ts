/** What is asked of a model about a pair: the axes of the paper. */
export const VARIANTS = ['plain', 'steps', 'compare'] as const;
export type Variant = (typeof VARIANTS)[number];

/** The task, without saying in which form to conclude. */
export const TASKS: Readonly<Record<Variant, string>> = {
  plain: 'Do A and B solve the same task?',
  steps: 'Think step by step: do A and B solve the same task?',
  compare: 'Compare inputs, outputs and steps: do A and B solve the same task?',
};

/** Added to a teacher's task: the forced conclusion. */
export const TEACHER_DIRECTIVE =
  'Give your reasons in at most five sentences, then end with one line that is exactly "Conclusion: yes" or "Conclusion: no".';

/** Added to a student's task where it may answer freely. */
export const STUDENT_ENDING = 'End with the line "Conclusion: yes" or "Conclusion: no".';

/** A student's forced conclusion: no reasons, the concluding line alone. */
export const STUDENT_DIRECTIVE = 'Same task? Reply "Conclusion: yes" or "Conclusion: no".';

const BODY = [
  'A ({{language_a}}):',
  '{{fence}}',
  '{{code_a}}',
  '{{fence}}',
  'B ({{language_b}}):',
  '{{fence}}',
  '{{code_b}}',
  '{{fence}}',
  '{{directive}}',
].join('\n');

/** Chat formats of the models at hand: what stands around a user's turn, and what ends an answer. */
export const CHATS = {
  /** SmolLM2, Qwen2.5. */
  chatml: {
    before: '<|im_start|>user\n',
    after: '<|im_end|>\n<|im_start|>assistant\n',
    end: '<|im_end|>',
  },
  /** Phi-3. */
  phi3: { before: '<|user|>\n', after: '<|end|>\n<|assistant|>\n', end: '<|end|>' },
  /** Base models without a chat format. */
  plain: { before: '', after: '\n', end: '' },
} as const;
export type Chat = keyof typeof CHATS;

/** A template of the manifest. */
export function templateFor(chat: Chat): string {
  const { before, after } = CHATS[chat];
  return `${before}${BODY}${after}`;
}
