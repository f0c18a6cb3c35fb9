import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['units/*.test.ts'], environment: 'node' } });
