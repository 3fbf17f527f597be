import { createHash } from 'node:crypto';
import type { FileRecord, RepositoryRecord } from './types.js';

const MODULUS = 1n << 128n;

function digest(value: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(value)).digest().subarray(0, 16);
}

/** Digest (16 bytes) of a file and what is stored of it; vectors apart, the form decides them. */
export function contentDigest(repository: string, file: Omit<FileRecord, 'license'>): Buffer {
  return digest([
    'file',
    repository,
    file.path,
    file.contentHash,
    file.skipped ?? null,
    file.functions.map((f) => [f.language, f.name, f.startLine, f.endLine, f.hash, f.tokens]),
  ]);
}

/** A file's share of the sum: its content and the licence it lies under, which may change alone. */
export function fileDigest(content: Uint8Array, license: string): Buffer {
  return digest([Buffer.from(content).toString('hex'), license]);
}

export function repositoryDigest(record: Omit<RepositoryRecord, 'functions' | 'files'>): Buffer {
  return digest([
    'repository',
    record.name,
    record.commit,
    record.url,
    record.license,
    record.visibility,
  ]);
}

/**
 * A sum of digests that can be kept up to date: adding and removing in any order gives the same
 * number for the same set.
 */
export class DigestSum {
  private constructor(private value: bigint) {}

  static parse(hex: string | undefined): DigestSum {
    return new DigestSum(hex ? BigInt(`0x${hex}`) : 0n);
  }

  add(item: Uint8Array): void {
    this.value = (this.value + toNumber(item)) % MODULUS;
  }

  remove(item: Uint8Array): void {
    this.value = (this.value + MODULUS - toNumber(item)) % MODULUS;
  }

  toString(): string {
    return this.value.toString(16).padStart(32, '0');
  }
}

function toNumber(item: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(item).toString('hex')}`);
}
