declare module 'spdx-expression-parse' {
  export type SpdxNode =
    | { license: string; plus?: true; exception?: string }
    | { noassertion: true }
    | { conjunction: 'and' | 'or'; left: SpdxNode; right: SpdxNode };
  export default function parse(expression: string): SpdxNode;
}

declare module 'spdx-satisfies' {
  export default function satisfies(expression: string, approved: readonly string[]): boolean;
}
