/// Something on show: it says that it has changed, and who watches is told once before the next
/// picture is drawn, however often it was said.
export class Watched {
  #watchers = new Set<() => void>();
  #isTold = true;

  /// Calls `watcher` after changes until the function that is returned is called.
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  changed(): void {
    if (!this.#isTold) return;
    this.#isTold = false;
    soon(() => {
      this.#isTold = true;
      for (const watcher of [...this.#watchers]) watcher();
    });
  }
}

// A page in the background draws no pictures, and its title counts all the same.
function soon(what: () => void): void {
  let isDone = false;
  const once = () => {
    if (!isDone) what();
    isDone = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, 100);
}
