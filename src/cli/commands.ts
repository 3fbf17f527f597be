import type { Command } from 'commander';

export interface CommandEntry {
  name: string;
  /** The line in `xccd --help`. */
  summary: string;
  load(): Promise<{ register(program: Command): void }>;
}

const load = (file: string) => () =>
  import(`./${file}.js`) as Promise<{ register(program: Command): void }>;

/** Every command; its file is only loaded when it runs. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'scan',
    summary: 'find changed functions that already exist elsewhere',
    load: load('scan'),
  },
  { name: 'index', summary: 'build or update a corpus', load: load('index') },
  { name: 'similar', summary: 'the functions most like this one', load: load('similar') },
  { name: 'classify', summary: 'clone or different, for pairs of code', load: load('classify') },
  { name: 'embed', summary: 'vectors of code', load: load('embed') },
  {
    name: 'canonical',
    summary: 'the language-neutral form that the student reads',
    load: load('canonical'),
  },
  { name: 'evaluate', summary: 'accuracy of a student on labelled pairs', load: load('evaluate') },
  {
    name: 'calibrate',
    summary: 'adapt a student to your own labelled pairs',
    load: load('calibrate'),
  },
  { name: 'audit', summary: 'show or replay the record of a scan', load: load('audit') },
  { name: 'serve', summary: 'run the GitHub App', load: load('serve') },
  {
    name: 'doctor',
    summary: 'what is installed, what is missing and how to get it',
    load: load('doctor'),
  },
  {
    name: 'demo',
    summary: 'the whole job on bundled real code, without a network',
    load: load('demo'),
  },
  {
    name: 'completion',
    summary: 'shell completion for bash, zsh or fish',
    load: load('completion'),
  },
];
