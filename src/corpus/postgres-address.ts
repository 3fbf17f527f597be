/** The address without its password, also where it is so malformed that no parser reads it. */
export function withoutPassword(address: string): string {
  const query = address.indexOf('?');
  const base = query < 0 ? address : address.slice(0, query);
  const rest = query < 0 ? '' : address.slice(query);
  const start = base.indexOf('://') + 3;
  // An unescaped `@` or `/` in a password: the last `@` ends it.
  const at = base.lastIndexOf('@');
  const user = at < start ? '' : base.slice(start, at).split(':', 1)[0]!;
  const clean =
    at < start ? base : `${base.slice(0, start)}${user}${user ? '@' : ''}${base.slice(at + 1)}`;
  // A password with `?` reaches into what looks like the query.
  const tail = rest.includes('@') ? '' : rest.replace(/([?&])[^=&]*password[^=&]*=[^&]*/gi, '$1');
  return (
    clean +
    tail
      .replace(/[?&]+$/, '')
      .replace(/\?&+/, '?')
      .replace(/&&+/g, '&')
  );
}
