import * as CDX from '@cyclonedx/cyclonedx-library';
import { VERSION } from '../version.js';
import { mergeEntries, origins, type NoticeEntry, type NoticeOrigin } from './notice-entries.js';
import { lines as linesOf } from './words.js';

export interface BillOptions {
  /** Name of the project that holds the copies. */
  project: string;
}

const { Component, ComponentEvidence, LicenseExpression, NamedLicense, ExternalReference } =
  CDX.Models;

/** `owner` and `name` of a repository's name. */
function nameParts(repository: string): { group?: string; name: string } {
  const cut = repository.lastIndexOf('/');
  return cut < 0
    ? { name: repository }
    : { group: repository.slice(0, cut), name: repository.slice(cut + 1) };
}

/** Package address of a state of a GitHub repository; undefined for other places. */
function purl({ url, commit }: NoticeOrigin): string | undefined {
  const match = url && /^https:\/\/github\.com\/([\w.-]+)\/([\w.-]+)$/.exec(url);
  if (!match) return undefined;
  const name = `pkg:github/${match[1]!.toLowerCase()}/${match[2]!.toLowerCase()}`;
  return commit === null ? name : `${name}@${encodeURIComponent(commit)}`;
}

function licenseOf(expression: string) {
  if (/^(?:NOASSERTION|NONE|)$/i.test(expression)) return null;
  try {
    return new LicenseExpression(expression);
  } catch {
    return new NamedLicense(expression);
  }
}

function componentOf(origin: NoticeOrigin, ref: string) {
  const { group, name } = nameParts(origin.repository);
  const component = new Component(CDX.Enums.ComponentType.Library, name, {
    bomRef: ref,
    ...(group === undefined ? {} : { group }),
    ...(origin.commit === null ? {} : { version: origin.commit }),
    purl: purl(origin),
    scope: CDX.Enums.ComponentScope.Required,
  });
  const license = licenseOf(origin.license);
  if (license) {
    component.licenses.add(license);
    component.evidence = new ComponentEvidence();
    component.evidence.licenses.add(license);
  }
  if (origin.url !== null)
    component.externalReferences.add(
      new ExternalReference(origin.url, CDX.Enums.ExternalReferenceType.VCS),
    );
  return component;
}

/** Where a component was found: in each function of the project that was copied from it. */
function occurrencesOf({ entries }: NoticeOrigin) {
  return entries.map(({ function: fn, twin }) => ({
    location: fn.path,
    ...(fn.lines === null ? {} : { line: fn.lines[0] }),
    symbol: fn.name,
    additionalContext:
      `${fn.lines === null ? '' : `lines ${linesOf(fn.lines)}, `}copied or adapted from ` +
      `${twin.path}:${linesOf([twin.startLine, twin.endLine])} ${twin.name}`,
  }));
}

/**
 * The copies as a CycloneDX 1.6 bill of materials: a component for each origin, with its licence and
 * the places that hold its code as evidence. Holds no time and no random number: same copies, same
 * bytes.
 */
export function renderCycloneDx(entries: readonly NoticeEntry[], { project }: BillOptions): string {
  const groups = origins(mergeEntries(entries));
  const bom = new CDX.Models.Bom();
  const { group, name } = nameParts(project);
  bom.metadata.component = new Component(CDX.Enums.ComponentType.Application, name, {
    bomRef: 'project',
    ...(group === undefined ? {} : { group }),
  });
  bom.metadata.tools.components.add(
    new Component(CDX.Enums.ComponentType.Application, 'xccd', { version: VERSION }),
  );
  const occurrences = new Map<string, ReturnType<typeof occurrencesOf>>();
  for (const [i, origin] of groups.entries()) {
    const ref = `origin-${i + 1}`;
    const component = componentOf(origin, ref);
    occurrences.set(ref, occurrencesOf(origin));
    bom.components.add(component);
    bom.metadata.component.dependencies.add(component.bomRef);
  }
  const factory = new CDX.Serialize.JSON.Normalize.Factory(CDX.Spec.Spec1dot6);
  const json = factory.makeForBom().normalize(bom, { sortLists: true });
  // The library's models know no occurrences, which the format has had since 1.5.
  const components = (json.components ?? []).map((component) => {
    const found = occurrences.get(component['bom-ref'] ?? '');
    return found
      ? { ...component, evidence: { ...component.evidence, occurrences: found } }
      : component;
  });
  return `${JSON.stringify({ ...json, components }, null, 2)}\n`;
}
