import type { ApplicationFunction, Probot } from 'probot';
import type { CorpusJob } from './jobs.js';

/** Stores a job of the corpus; resolves when it is safe to answer GitHub. */
export type EnqueueCorpus = (job: CorpusJob, deliveryId: string) => Promise<unknown>;

interface Named {
  full_name: string;
}

interface Event {
  repository: { name: string; owner: { login: string } | null };
  installation?: { id: number };
}

function placed(fullName: string): { owner: string; repo: string } {
  const [owner, repo] = fullName.split('/') as [string, string];
  return { owner, repo };
}

/** The webhooks that change the corpus: what is installed, what is pushed, who may read it. */
export function corpusWebhooks(enqueue: EnqueueCorpus): ApplicationFunction {
  return (app: Probot) => {
    const indexAll = async (
      id: string,
      installationId: number,
      repositories: readonly Named[] = [],
    ): Promise<void> => {
      for (const { full_name: name } of repositories) {
        await enqueue({ kind: 'index', installationId, ...placed(name) }, id);
      }
    };
    const place = ({ repository, installation }: Event) =>
      installation && repository.owner
        ? { installationId: installation.id, owner: repository.owner.login, repo: repository.name }
        : null;

    app.on(['installation.created', 'installation.unsuspend'], ({ id, payload }) =>
      indexAll(id, payload.installation.id, payload.repositories),
    );
    app.on('installation.deleted', ({ id, payload }) =>
      enqueue({ kind: 'forget-installation', installationId: payload.installation.id }, id),
    );
    app.on('installation_repositories.added', ({ id, payload }) =>
      indexAll(id, payload.installation.id, payload.repositories_added as Named[]),
    );
    app.on('installation_repositories.removed', async ({ id, payload }) => {
      for (const { full_name: name } of payload.repositories_removed) {
        if (name) await enqueue({ kind: 'forget', ...placed(name) }, id);
      }
    });

    app.on('push', async ({ id, payload }) => {
      const { repository, ref, deleted } = payload;
      if (deleted || ref !== `refs/heads/${repository.default_branch}`) return;
      const where = place(payload);
      if (where) await enqueue({ kind: 'index', ...where }, id);
    });

    app.on(['repository.publicized', 'repository.privatized'], async ({ id, payload }) => {
      const where = place(payload);
      if (where) await enqueue({ kind: 'visibility', ...where }, id);
    });
    // The default branch may have become another; of an archived one, the last state counts.
    app.on(
      ['repository.edited', 'repository.archived', 'repository.unarchived'],
      async ({ id, payload }) => {
        const where = place(payload);
        if (where) await enqueue({ kind: 'index', ...where }, id);
      },
    );
    app.on('repository.deleted', async ({ id, payload }) => {
      await enqueue({ kind: 'forget', ...placed(payload.repository.full_name) }, id);
    });
    // Indexing under the new name forgets the old one, which GitHub's id leads to.
    app.on(['repository.renamed', 'repository.transferred'], async ({ id, payload }) => {
      const where = place(payload);
      if (where) await enqueue({ kind: 'index', ...where }, id);
    });
  };
}
