import type { Command } from 'commander';

export interface CommandEntry {
  name: string;
  /** The line in `xccd --help`. */
  summary: string;
  load(): Promise<{ register(program: Command): void }>;
}

/** Every command; its file is only loaded when it runs. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'scan',
    summary: 'find changed functions that already exist elsewhere',
    load: () => import('./scan.js'),
  },
  { name: 'index', summary: 'build or update a corpus', load: () => import('./index.js') },
  {
    name: 'similar',
    summary: 'the functions most like this one',
    load: () => import('./similar.js'),
  },
  {
    name: 'report',
    summary: 'what a whole corpus holds more than once, and where',
    load: () => import('./report.js'),
  },
  {
    name: 'classify',
    summary: 'clone or different, for pairs of code',
    load: () => import('./classify.js'),
  },
  { name: 'embed', summary: 'vectors of code', load: () => import('./embed.js') },
  {
    name: 'canonical',
    summary: 'the language-neutral form that the student reads',
    load: () => import('./canonical.js'),
  },
  {
    name: 'evaluate',
    summary: 'accuracy of a student on labelled pairs',
    load: () => import('./evaluate.js'),
  },
  {
    name: 'calibrate',
    summary: 'adapt a student to your own labelled pairs',
    load: () => import('./calibrate.js'),
  },
  {
    name: 'hook',
    summary: 'scan before every commit: install or uninstall a git hook',
    load: () => import('./hook.js'),
  },
  {
    name: 'labels',
    summary: 'what people said of findings: list, export, import',
    load: () => import('./labels.js'),
  },
  {
    name: 'distill',
    summary: 'make a student of your own: pairs, teacher, training, report',
    load: () => import('./distill.js'),
  },
  {
    name: 'audit',
    summary: 'show or replay the record of a scan',
    load: () => import('./audit.js'),
  },
  {
    name: 'licenses',
    summary: 'the licence of every file, and what says so',
    load: () => import('./licenses.js'),
  },
  {
    name: 'notice',
    summary: 'what is owed for copied code: NOTICE, CycloneDX or SPDX',
    load: () => import('./notice.js'),
  },
  { name: 'serve', summary: 'run the GitHub App', load: () => import('./serve.js') },
  {
    name: 'jobs',
    summary: "the GitHub App's failed jobs",
    load: () => import('./jobs.js'),
  },
  {
    name: 'doctor',
    summary: 'what is installed, what is missing and how to get it',
    load: () => import('./doctor.js'),
  },
  {
    name: 'demo',
    summary: 'the whole job on bundled real code, without a network',
    load: () => import('./demo.js'),
  },
  {
    name: 'completion',
    summary: 'shell completion for bash, zsh or fish',
    load: () => import('./completion.js'),
  },
];
