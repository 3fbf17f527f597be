import type { LicenseClass } from '../corpus/license-facts.js';
import type { Config, LicenseRules, RuleLevel } from './config-schema.js';
import { judgeLicense, type LicenseOpinion, type LicenseVerdict } from './license-policy.js';
import { ownerOf, sameRepository } from './repository-name.js';
import type { JudgedTwin } from './twins.js';
import type { Level, Rule } from './types.js';

/** What a finding is about, decided from its twins. */
export interface Ruling {
  rule: Rule;
  level: RuleLevel;
  /** The twin that decided. */
  decisive: JudgedTwin;
  /** Opinion on the decisive twin's licence; null for code of the same owner. */
  license: LicenseOpinion | null;
}

/** Whether code belongs to the owner of the changed repository, so that no licence stands between. */
function isOwn(repository: string | null, { function: twin }: JudgedTwin): boolean {
  if (twin.visibility === 'private') return true;
  const owner = ownerOf(twin.repository);
  // A plain folder without a licence is something that the user has put beside the project.
  if (owner === null && /^(?:NOASSERTION|NONE|)$/.test(twin.license)) return true;
  if (repository === null) return false;
  if (sameRepository(repository, twin.repository)) return true;
  return owner !== null && owner === ownerOf(repository);
}

const LOWER: Record<Level, Level> = { error: 'warning', warning: 'note', note: 'note' };

const CLASS_KEY: Record<LicenseClass, keyof LicenseRules['levels']> = {
  permissive: 'permissive',
  'weak-copyleft': 'weakCopyleft',
  'strong-copyleft': 'strongCopyleft',
  'network-copyleft': 'networkCopyleft',
  proprietary: 'proprietary',
  unknown: 'unknown',
};

/** The level of a licence finding: that of its class where one is set, else by the verdict. */
function licenseLevel(
  level: Level,
  { verdict, terms: [term] }: LicenseOpinion,
  rules: LicenseRules,
): RuleLevel {
  const byClass = rules.levels[CLASS_KEY[term.class]];
  if (verdict === 'allowed') {
    // What may be copied is a reminder of its notice, where the project asks for that.
    const reminds = term.class === 'permissive' && term.by === 'project';
    return (reminds ? byClass : null) ?? 'off';
  }
  if (byClass !== null) return byClass;
  if (verdict === 'denied') return level;
  return verdict === 'review' ? LOWER[level] : 'note';
}

/**
 * Decides rule and level: a twin under a licence that must not be copied makes a licence finding,
 * unless the organisation's own code is at least as likely the source; everything else is a
 * duplicate.
 *
 * @param twins every twin of the function, best first, at least one
 */
export function ruleOn(
  twins: readonly JudgedTwin[],
  repository: string | null,
  rules: LicenseRules,
  levels: Config['levels'],
): Ruling {
  const own = (twin: JudgedTwin): boolean => isOwn(repository, twin);
  const opinionOn = (twin: JudgedTwin): LicenseOpinion =>
    judgeLicense(twin.function.license, rules);
  const duplicate: Ruling = {
    rule: 'duplicate',
    level: levels.duplicate,
    decisive: twins[0]!,
    license: own(twins[0]!) ? null : opinionOn(twins[0]!),
  };
  const { license: level } = levels;
  if (level === 'off') return duplicate;
  const bestOwn = twins.find(own);
  let worst: (Ruling & { license: LicenseOpinion }) | null = null;
  const weight: LicenseVerdict[] = ['allowed', 'unknown', 'review', 'denied'];
  for (const twin of twins) {
    if (own(twin)) continue;
    if (bestOwn && bestOwn.probability >= twin.probability) continue;
    const opinion = opinionOn(twin);
    const found = licenseLevel(level, opinion, rules);
    if (found === 'off') continue;
    // What permits copying is at least as likely the source as what does not say.
    const { verdict } = opinion;
    if ((verdict === 'unknown' || verdict === 'allowed') && twin !== twins[0]) continue;
    if (!worst || weight.indexOf(verdict) > weight.indexOf(worst.license.verdict))
      worst = { rule: 'license', level: found, decisive: twin, license: opinion };
  }
  return worst ?? duplicate;
}
