import type { Method } from './measure.js';

/** A figure of another publication: quoted, not measured here. */
export interface Quoted {
  method: Method | null;
  languages: string | null;
  text: string;
  source: 'paper' | 'follow-up';
}

export const SOURCES: Readonly<Record<Quoted['source'], string>> = {
  paper:
    'Khajezade, Fard, Shehata: "Standing on the Shoulders of Giants: Stabilized Knowledge Distillation for Cross-Language Code Clone Detection", arXiv 2605.02860 (teacher DeepSeek-R1; students Phi-3-Mini and Qwen2.5-Coder-3B; Project CodeNet)',
  'follow-up': 'an author’s follow-up on the CLCCD test sets (other pairs than here)',
};

export const QUOTED: readonly Quoted[] = [
  {
    method: 'free',
    languages: 'rust-ruby',
    text: 'response rate of Qwen2.5-Coder-3B 24.3% before, 67.7% after distillation',
    source: 'paper',
  },
  {
    method: 'forced',
    languages: null,
    text: 'forced conclusion with distillation: up to +10.5% F1',
    source: 'paper',
  },
  {
    method: 'binary',
    languages: null,
    text: 'distillation helps in 62% of the scenarios with the binary head',
    source: 'paper',
  },
  {
    method: 'contrastive',
    languages: null,
    text: 'distillation helps in 50% of the scenarios with the contrastive head',
    source: 'paper',
  },
  {
    method: null,
    languages: null,
    text: 'heads cut hours of inference to minutes',
    source: 'paper',
  },
  {
    method: 'free',
    languages: null,
    text: 'reasoning prompts lost answers: 31.5% response rate at worst; direct prompts answered at least 99.8%',
    source: 'follow-up',
  },
  {
    method: 'contrastive',
    languages: 'python-java',
    text: 'F1 0.973 with text-embedding-3-large and one threshold; 0.726 with GraphCodeBERT',
    source: 'follow-up',
  },
  {
    method: 'contrastive',
    languages: 'rust-java',
    text: 'F1 0.922 with text-embedding-3-large and one threshold',
    source: 'follow-up',
  },
  {
    method: 'forced',
    languages: 'python-java',
    text: 'F1 0.946 with Qwen2.5-Coder-3B, few-shot',
    source: 'follow-up',
  },
  {
    method: 'forced',
    languages: 'rust-python',
    text: 'F1 0.626 with Qwen2.5-Coder-3B, few-shot',
    source: 'follow-up',
  },
  {
    method: null,
    languages: null,
    text: 'on hard negatives, 67–83% of the non-clones were called clones by every model tried',
    source: 'follow-up',
  },
];
