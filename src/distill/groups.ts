/** Names that belong together (union-find); a group is named after its least member. */
export class Groups {
  private readonly parent = new Map<string, string>();

  nameOf(name: string): string {
    let root = name;
    for (;;) {
      const above = this.parent.get(root);
      if (above === undefined) break;
      root = above;
    }
    if (root !== name) this.parent.set(name, root);
    return root;
  }

  join(a: string, b: string): void {
    const [first, second] = [this.nameOf(a), this.nameOf(b)].sort();
    if (first !== second) this.parent.set(second!, first!);
  }
}
