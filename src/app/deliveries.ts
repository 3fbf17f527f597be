import { createOnce, type ExecuteSql } from './execute-sql.js';

/** GitHub redelivers for three days; what is older is forgotten. */
const KEPT = '30 days';

/** Which job a webhook's delivery became: a delivery id may come again. */
export interface Deliveries {
  jobOf(deliveryId: string, key: string): Promise<string | null>;
  record(deliveryId: string, key: string, jobId: string): Promise<void>;
}

/** @param schema of the job queue, whose database keeps the deliveries too */
export async function openDeliveries(executeSql: ExecuteSql, schema: string): Promise<Deliveries> {
  const table = `"${schema}".xccd_delivery`;
  await createOnce(
    executeSql,
    `CREATE TABLE IF NOT EXISTS ${table} (
      delivery_id text NOT NULL,
      job_key text NOT NULL,
      job_id uuid NOT NULL,
      received_on timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (delivery_id, job_key)
    )`,
  );
  await executeSql(`DELETE FROM ${table} WHERE received_on < now() - interval '${KEPT}'`);
  return {
    async jobOf(deliveryId, key) {
      const { rows } = await executeSql(
        `SELECT job_id FROM ${table} WHERE delivery_id = $1 AND job_key = $2`,
        [deliveryId, key],
      );
      return (rows[0] as { job_id: string } | undefined)?.job_id ?? null;
    },
    async record(deliveryId, key, jobId) {
      await executeSql(
        `INSERT INTO ${table} (delivery_id, job_key, job_id) VALUES ($1, $2, $3)
         ON CONFLICT (delivery_id, job_key) DO UPDATE SET job_id = excluded.job_id, received_on = now()`,
        [deliveryId, key, jobId],
      );
    },
  };
}
