/** Variables that Windows programs fail without. */
const WINDOWS_NEEDS = ['SystemRoot', 'windir', 'TEMP', 'TMP'] as const;

/**
 * The environment of a server: nothing of ours (no secrets, no LD_PRELOAD, no NODE_OPTIONS), the C locale so that messages
 * are in English, and on Windows what its programs cannot do without, taken from `from`.
 */
export function childEnvironment(from: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const kept = process.platform === 'win32' ? WINDOWS_NEEDS.map((name) => [name, from[name]]) : [];
  return { LC_ALL: 'C', ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)) };
}
