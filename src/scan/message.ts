import type { ChangedFunction } from '../diff/types.js';
import { PRIVATE_REPOSITORY } from './concealment.js';
import type { LicensePolicy } from './license-policy.js';
import type { Ruling } from './rule.js';

const PERCENT = (probability: number): string => `${Math.floor(probability * 100 + 1e-9)}%`;

function license(spdx: string): string {
  return /^(?:NOASSERTION|NONE|)$/.test(spdx) ? 'no known licence' : spdx;
}

function consequence(ruling: Ruling, policy: LicensePolicy): string {
  const { function: twin } = ruling.decisive;
  const name = license(twin.license);
  switch (ruling.license) {
    case 'denied': {
      const project = policy.project === null ? 'this project' : `this ${policy.project} project`;
      return `Its licence is ${name}, which ${project} must not copy from`;
    }
    case 'review':
      return `Its licence is ${name}; a person should decide whether it may be copied`;
    case 'unknown':
      return 'It carries no known licence, so nothing permits copying it';
    case 'allowed':
      return `It is licensed ${name}: reuse it, or keep its notice where you copy it`;
    case null:
      return 'Reuse it, or keep one of the two';
  }
}

/** The sentence of a finding, in plain text; names come from the code under scan, unescaped. */
export function findingMessage(
  fn: ChangedFunction,
  ruling: Ruling,
  policy: LicensePolicy,
  more: number,
): string {
  const { function: twin, probability } = ruling.decisive;
  const lines = `${twin.startLine}-${twin.endLine}`;
  const first =
    `${fn.name} does what ${twin.name} in ${twin.repository} already does ` +
    `(${twin.path}:${lines}, ${PERCENT(probability)} likely a clone)`;
  const rest = more > 0 ? `, and ${more} more` : '';
  return `${first}${rest}. ${consequence(ruling, policy)}.`;
}

/** The sentence where the likeliest twin may not be named. */
export function concealedMessage(
  fn: Pick<ChangedFunction, 'name'>,
  { probability }: Pick<Ruling['decisive'], 'probability'>,
  more: number,
): string {
  const rest = more > 0 ? `, and ${more} more` : '';
  return (
    `${fn.name} does what a function in ${PRIVATE_REPOSITORY} already does ` +
    `(${PERCENT(probability)} likely a clone)${rest}. Not everyone who reads this may see that repository.`
  );
}
