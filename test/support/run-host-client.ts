/** Asks the host of this run (run-host.mjs) for something that all its suites share. */
export async function askRunHost<T>(what: 'compiled' | 'postgres'): Promise<T> {
  const host = process.env.HELIOGRAPH_TEST_RUN;
  if (host === undefined)
    throw new Error('there is no run host: start the suites with jest.config.mjs of the repository');
  const answer = await fetch(`${host}/${what}`);
  if (!answer.ok) throw new Error(`the run host cannot give ${what}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
