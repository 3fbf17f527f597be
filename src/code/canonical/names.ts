import type { Language } from '../types.js';

// Names that the form treats apart, whatever the vocabulary says of them.

/** Names of functions that say nothing about what they do. */
export const EMPTY_NAMES = new Set(
  'Runnable Program program solver Solver Task task TaskA TaskB TaskC TaskD TaskE testNumber main Main solve solution run Solve Run Solution __init__ constructor initialize init new _main call exec execute'.split(
    ' ',
  ),
);

/** Iterator methods that are loops. */
export const EACH =
  /^(?:each|forEach|for_each|each_char|each_index|each_with_index|each_pair|forEachIndexed|foreach|ForEach|each_value|each_key|each_entry)$/;

/** Set-up and tear-down calls that say nothing about what a program computes. */
export const NOISE = new Set(
  'currentTimeMillis nanoTime tr sync_with_stdio tie setprecision fixed setrecursionlimit reserve srand close flush Flush free freopen printStackTrace SetOut require require_relative include attr_accessor attr_reader attr_writer private public module_function private_constant use_strict ios OpenStandardOutput OpenStandardInput collect_vec setbuf Buffer hasMoreTokens hasNext setrlimit getrlimit exit setup_io error_reporting ini_set fclose'.split(
    ' ',
  ),
);

/** Helpers that programs define where the language's library lacks them. */
export const LIBRARY_HELPERS = new Set(
  'max min abs gcd swap chmax chmin Max Min Abs Gcd GCD maxInt minInt absInt sum fmax fmin'.split(
    ' ',
  ),
);

/** Predicate methods and the comparison that they stand for. */
export const PREDICATES: Record<string, string> = Object.assign(Object.create(null), {
  zero: 'equals 0',
  positive: '> 0',
  negative: '< 0',
  even: '% 2 equals 0',
  odd: '% 2 equals 1',
  nil: 'equals null',
  is_none: 'equals null',
  is_some: 'differs null',
  isNull: 'equals null',
  is_positive: '> 0',
  is_negative: '< 0',
  nonzero: 'differs 0',
});

/** Languages whose programs read a line first and take it apart later. */
export const PIPES = new Set<Language>(['rust', 'java', 'csharp', 'go', 'kotlin']);

/** Conversions that may stand around a read without adding to it. */
export const AROUND_READ = new Set(
  'read int float map split trim str char list lambda " type join slice , next reverse'.split(' '),
);
