import type { Config, RuleLevel } from './config-schema.js';
import { judgeLicense, type LicenseVerdict } from './license-policy.js';
import { ownerOf, sameRepository } from './repository-name.js';
import type { JudgedTwin } from './twins.js';
import type { Level, Rule } from './types.js';

/** What a finding is about, decided from its twins. */
export interface Ruling {
  rule: Rule;
  level: RuleLevel;
  /** The twin that decided. */
  decisive: JudgedTwin;
  /** Verdict on the decisive twin's licence; null for code of the same owner. */
  license: LicenseVerdict | null;
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

function licenseLevel(level: Level, verdict: LicenseVerdict): Level {
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
  config: Pick<Config, 'licenses'>,
  levels: Config['levels'],
): Ruling {
  const duplicate: Ruling = {
    rule: 'duplicate',
    level: levels.duplicate,
    decisive: twins[0]!,
    license: null,
  };
  if (levels.license === 'off') return duplicate;
  const bestOwn = twins.find((twin) => isOwn(repository, twin));
  let worst: Ruling | null = null;
  const weight: LicenseVerdict[] = ['allowed', 'unknown', 'review', 'denied'];
  for (const twin of twins) {
    if (isOwn(repository, twin)) continue;
    if (bestOwn && bestOwn.probability >= twin.probability) continue;
    const verdict = judgeLicense(twin.function.license, config.licenses);
    if (verdict === 'allowed') continue;
    // What permits copying is at least as likely the source as what does not say.
    if (verdict === 'unknown' && twin !== twins[0]) continue;
    if (!worst || weight.indexOf(verdict) > weight.indexOf(worst.license!))
      worst = {
        rule: 'license',
        level: licenseLevel(levels.license, verdict),
        decisive: twin,
        license: verdict,
      };
  }
  if (worst) return worst;
  return { ...duplicate, license: isOwn(repository, twins[0]!) ? null : 'allowed' };
}
