import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';

const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void;

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: object;
  $ref?: string;
}

interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: object }>; required?: boolean };
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { parameters: Record<string, Parameter> };
}

interface Route {
  template: string;
  pattern: RegExp;
  names: string[];
  operation: Operation;
  method: string;
}

const description = JSON.parse(
  brotliDecompressSync(
    readFileSync(new URL('../fixtures/openapi/api.github.com.json.br', import.meta.url)),
  ).toString('utf8'),
) as Description;

function compileRoute(template: string, method: string, operation: Operation): Route {
  const names: string[] = [];
  const pattern = template.replace(/\{([^}]+)\}/g, (_, name: string) => {
    names.push(name);
    // A path in a repository and a compare range may hold slashes.
    return name === 'path' || name === 'basehead' ? '(.+)' : '([^/]+)';
  });
  return { template, pattern: new RegExp(`^${pattern}$`), names, operation, method };
}

const routes = Object.entries(description.paths)
  .flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => compileRoute(template, method, operation)),
  )
  // Fixed segments win over parameters.
  .sort((a, b) => a.names.length - b.names.length);

const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: true, validateFormats: true });
addFormats(ajv);
ajv.addSchema(description, 'github');
const validators = new Map<string, ValidateFunction>();

/** JSON pointer into GitHub's description, for a schema that may hold references. */
function validator(pointer: string): ValidateFunction {
  let found = validators.get(pointer);
  if (!found) {
    found = ajv.compile({ $ref: `github#${pointer}` });
    validators.set(pointer, found);
  }
  return found;
}

const escape = (part: string): string =>
  encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'));

function resolve(parameter: Parameter): { parameter: Parameter; pointer?: string } {
  if (!parameter.$ref) return { parameter };
  const name = parameter.$ref.split('/').pop()!;
  return {
    parameter: description.components.parameters[name]!,
    pointer: `/components/parameters/${escape(name)}/schema`,
  };
}

export interface MatchedRequest {
  operationId: string;
  params: Record<string, string>;
  query: Record<string, string>;
  /** What GitHub's own description says against this request; empty when it is fine. */
  errors: string[];
}

/** Finds the operation of a request in GitHub's API description and checks the request against it. */
export function matchRequest(method: string, url: URL, body: unknown): MatchedRequest | null {
  const route = routes.find(
    (r) => r.method === method.toLowerCase() && r.pattern.test(url.pathname),
  );
  if (!route) return null;
  const values = route.pattern.exec(url.pathname)!.slice(1).map(decodeURIComponent);
  const params = Object.fromEntries(route.names.map((name, at) => [name, values[at]!]));
  const query = Object.fromEntries(url.searchParams);
  const errors: string[] = [];
  const base = `/paths/${escape(route.template)}/${route.method}`;

  const known = new Set<string>();
  (route.operation.parameters ?? []).forEach((raw, at) => {
    const { parameter, pointer } = resolve(raw);
    if (parameter.in !== 'query') return;
    known.add(parameter.name);
    const value = query[parameter.name];
    if (value === undefined) {
      if (parameter.required) errors.push(`query ${parameter.name} is missing`);
      return;
    }
    // AJV coerces only properties, so the value is wrapped.
    const holder = { value };
    const check = ajv.compile({
      type: 'object',
      properties: { value: { $ref: `github#${pointer ?? `${base}/parameters/${at}/schema`}` } },
    });
    if (!check(holder)) errors.push(`query ${parameter.name}: ${ajv.errorsText(check.errors)}`);
  });
  for (const name of Object.keys(query)) {
    if (!known.has(name))
      errors.push(`query ${name} is not part of ${route.operation.operationId}`);
  }

  const schema = route.operation.requestBody?.content['application/json']?.schema as
    { properties?: Record<string, unknown> } | undefined;
  if (schema) {
    const check = validator(`${base}/requestBody/content/${escape('application/json')}/schema`);
    if (!check(body ?? {})) errors.push(`body: ${ajv.errorsText(check.errors)}`);
    for (const name of Object.keys((body as object | null) ?? {})) {
      if (schema.properties && !(name in schema.properties)) {
        errors.push(`body.${name} is not part of ${route.operation.operationId}`);
      }
    }
  } else if (body && Object.keys(body as object).length > 0) {
    errors.push(`${route.operation.operationId} takes no body`);
  }
  return { operationId: route.operation.operationId, params, query, errors };
}
