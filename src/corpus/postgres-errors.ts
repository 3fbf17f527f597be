import { UserError } from '../errors.js';

/** A SQLSTATE of PostgreSQL, or a code of the operating system. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const LOST_CODES = new Set([
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED', 'ENOENT', 'ECONNABORTED'],
  // admin_shutdown, crash_shutdown, cannot_connect_now; connection exceptions
  ...['57P01', '57P02', '57P03', '08000', '08001', '08003', '08004', '08006'],
]);

/** Whether the connection went away, as when the server is stopped, killed or starting. */
export function isLostConnection(error: unknown): boolean {
  const code = codeOf(error);
  if (code) return LOST_CODES.has(code);
  return /connection (?:was )?terminated|connection ended|client was closed|not queryable|timeout exceeded when trying to connect/i.test(
    messageOf(error),
  );
}

/** Whether the server asks for the transaction to be run again. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/**
 * The user's error behind an error of the database or of the connection to it, or the error itself
 * where it is a fault. `location` is the address without its password.
 */
export function explainPostgresError(error: unknown, location: string): unknown {
  if (error instanceof UserError) return error;
  const code = codeOf(error);
  const detail = messageOf(error);
  if (code === '28P01' || code === '28000') {
    return new UserError(
      `The server of ${location} refuses the login (${detail})`,
      'Check user and password in the address; the password may stand in PGPASSWORD or ~/.pgpass instead.',
    );
  }
  if (/password must be a string|no password supplied/i.test(detail)) {
    return new UserError(
      `The server of ${location} asks for a password`,
      'Put it into PGPASSWORD or ~/.pgpass, or into the address: postgres://USER:PASSWORD@HOST/DATABASE.',
    );
  }
  if (code === '3D000') {
    return new UserError(
      `The database of ${location} does not exist (${detail})`,
      'Create it with `createdb NAME`, or name another in the address.',
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new UserError(
      `The host of ${location} is not known (${detail})`,
      'Check the host name in the address and the name service of this machine.',
    );
  }
  if (code === '53300' || code === '53400') {
    return new UserError(
      `The server of ${location} takes no more connections (${detail})`,
      'Try again later, raise max_connections, or put a pooler in front of the server.',
    );
  }
  if (code === '53100' || code === 'ENOSPC') {
    return new UserError(
      `No space is left on the server of ${location}; what was written before stays`,
      'Free some space there, or move the database to a larger disk, and run the command again.',
    );
  }
  if (code === '53200') {
    return new UserError(
      `The server of ${location} is out of memory (${detail})`,
      'Lower maintenance_work_mem and work_mem there, or give it more memory, and run the command again.',
    );
  }
  if (code === '42501') {
    return new UserError(
      `The user of ${location} lacks a permission (${detail})`,
      'Let its administrator grant it: CREATE on the database to make a corpus, or the rights on the schema xccd that docs/postgresql.md names.',
    );
  }
  if (code === '25006') {
    return new UserError(
      `The database of ${location} can only be read (${detail})`,
      'Give the address of the primary server to write.',
    );
  }
  if (code === '57014' || code === '55P03') {
    return new UserError(
      `The server of ${location} stopped a statement (${detail})`,
      'Raise statement_timeout and lock_timeout for this user, or run the command again when the server is less busy.',
    );
  }
  if (code === 'XX001' || code === 'XX002') {
    return new UserError(
      `The database of ${location} is damaged (${detail})`,
      'Restore it from a backup; `REINDEX` mends a damaged index.',
    );
  }
  if (/^(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|ERR_TLS)/.test(code) || /\bSSL\b/.test(detail)) {
    return new UserError(
      `No secure connection to ${location} (${detail})`,
      'Set sslmode and sslrootcert in the address: ?sslmode=verify-full&sslrootcert=/path/ca.pem.',
    );
  }
  if (isLostConnection(error)) {
    return new UserError(
      `No connection to ${location} (${detail || code})`,
      'Check that the server runs and that host, port and firewall let this machine in. What was written before stays; the next run goes on from there.',
    );
  }
  return error;
}

/** The user's error where the vector extension is missing and cannot be created. */
export function explainMissingVector(error: unknown, location: string): unknown {
  const code = codeOf(error);
  if (code === '0A000' || code === '58P01' || code === '22023') {
    return new UserError(
      `The server of ${location} has no pgvector (${messageOf(error)})`,
      'Install pgvector 0.8 or newer on it (Debian: postgresql-NN-pgvector), then run the command again.',
    );
  }
  if (code === '42501') {
    return new UserError(
      `The user of ${location} may not create the extension vector`,
      'Let an administrator run `CREATE EXTENSION vector` in this database once.',
    );
  }
  return explainPostgresError(error, location);
}
