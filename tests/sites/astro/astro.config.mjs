// @ts-check
import mdx from '@astrojs/mdx';
import { defineConfig } from 'astro/config';

// https://astro.build/config
export default defineConfig({
	site: 'https://example.com',
	base: '/base',
	integrations: [mdx()],
	i18n: { defaultLocale: 'en', locales: ['en', 'de'] },
});
