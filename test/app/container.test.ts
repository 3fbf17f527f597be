import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import YAML from 'yaml';
import { readEnvironment } from '../../src/app/environment.js';

const require = createRequire(import.meta.url);
const { validate, ValidationSeverity } = require('dockerfile-utils') as {
  validate(
    text: string,
    settings: Record<string, number>,
  ): { message: string; range: { start: { line: number } } }[];
  ValidationSeverity: { WARNING: number };
};
const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

describe('Dockerfile', () => {
  const text = read('Dockerfile');
  const instructions = text.split('\n').filter((line) => /^[A-Z]+ /.test(line));
  const lastStage = instructions.slice(
    instructions.findLastIndex((line) => line.startsWith('FROM ')),
  );

  test('is valid', () => {
    const { WARNING } = ValidationSeverity;
    const problems = validate(text, {
      deprecatedMaintainer: WARNING,
      directiveCasing: WARNING,
      emptyContinuationLine: WARNING,
      instructionCasing: WARNING,
      instructionCmdMultiple: WARNING,
      instructionEntrypointMultiple: WARNING,
      instructionHealthcheckMultiple: WARNING,
      instructionJSONInSingleQuotes: WARNING,
      instructionWorkdirRelative: WARNING,
    });
    expect(problems.map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
    // The validator sees mistakes.
    expect(validate('FROM node\nRUNN x', {})).not.toEqual([]);
  });

  test('its last stage holds what runs and no more, and is not root', () => {
    expect(lastStage[0]).toBe('FROM ${BASE}');
    expect(lastStage.filter((line) => line.startsWith('COPY '))).toEqual(
      lastStage.filter((line) => line.startsWith('COPY --from=build ')),
    );
    const user = lastStage.findLast((line) => line.startsWith('USER '));
    expect(user).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
    for (const folder of ['bin', 'dist', 'grammars', 'models', 'starter', 'node_modules']) {
      expect(text).toContain(`COPY --from=build /app/${folder} /app/${folder}`);
    }
    expect(text).toMatch(/^HEALTHCHECK .*\/healthz/m);
  });

  test('everything that it copies is in the checkout or made by its steps', () => {
    const made = new Set(['dist', 'node_modules', 'starter']);
    for (const [, paths] of text.matchAll(/^COPY --from=build (.+) \S+$/gm)) {
      for (const path of paths!.split(' ')) {
        const name = /^\/app\/(.+)$/.exec(path)?.[1];
        if (name === undefined || made.has(name)) continue;
        expect([name, existsSync(new URL(name, root))]).toEqual([name, true]);
      }
    }
  });
});

describe('compose.yaml', () => {
  const { services, networks, volumes } = YAML.parse(read('compose.yaml')) as {
    services: Record<
      'app' | 'db',
      {
        image: string;
        environment: Record<string, string>;
        ports?: string[];
        networks: string[];
        volumes: string[];
        healthcheck?: { test: string[] };
        depends_on?: Record<string, { condition: string }>;
      }
    >;
    networks: Record<string, { internal?: boolean } | null>;
    volumes: Record<string, null>;
  };

  test('the App starts once PostgreSQL with pgvector is healthy', () => {
    expect(services.db.image).toMatch(/^pgvector\/pgvector:pg\d+$/);
    expect(services.db.healthcheck!.test.join(' ')).toContain('pg_isready');
    expect(services.app.depends_on).toEqual({ db: { condition: 'service_healthy' } });
  });

  test('the database reaches nothing outside, and only the App reaches it', () => {
    expect(services.db.ports).toBeUndefined();
    expect(services.db.networks.every((name) => networks[name]?.internal)).toBe(true);
    expect(services.app.networks.some((name) => services.db.networks.includes(name))).toBe(true);
  });

  test('data outlives its containers', () => {
    const named = [...services.db.volumes, ...services.app.volumes].map(
      (one) => one.split(':')[0]!,
    );
    expect(named.sort()).toEqual(Object.keys(volumes).sort());
  });

  test('the App accepts the environment once the variables are set', () => {
    const given: Record<string, string> = {
      APP_ID: '1',
      PRIVATE_KEY: 'BEGIN PRIVATE KEY',
      WEBHOOK_SECRET: 'long enough',
      POSTGRES_PASSWORD: 'word',
    };
    const environment = Object.fromEntries(
      Object.entries(services.app.environment).map(([name, value]) => [
        name,
        value.replace(
          /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
          (_whole: string, variable: string, kind: string, rest: string) =>
            given[variable] ?? (kind === '-' ? rest : `missing ${variable}`),
        ),
      ]),
    );
    expect(readEnvironment(environment)).toMatchObject({
      databaseUrl: 'postgres://xccd:word@db:5432/xccd',
      corpus: 'postgres://xccd:word@db:5432/xccd',
      index: { repositories: ['*/*'] },
    });
  });
});
