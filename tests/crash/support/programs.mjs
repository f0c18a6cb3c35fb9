// What was built: the programs that a run uses.
import { fileURLToPath } from 'node:url';

const built = (name, variable) =>
  process.env[variable] ??
  fileURLToPath(new URL(`../../../build/dev/bin/${name}`, import.meta.url));

export const salon = built('salon', 'SALON_BINARY');
export const salonUnderTest = built('salon_under_test', 'SALON_UNDER_TEST');
export const judge = built('salon_judge', 'SALON_JUDGE');
