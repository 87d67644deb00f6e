import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Folders for one spec, removed together at its end. */
export class TempFolders {
  private readonly made: string[] = [];

  /** A new folder that every account may enter; `mode` for one that it may not. */
  make(mode = 0o755): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-test-'));
    chmodSync(folder, mode);
    this.made.push(folder);
    return folder;
  }

  /** Removes them all with what is in them. */
  removeAll(): void {
    for (const folder of this.made) rmSync(folder, { recursive: true, force: true });
  }
}
