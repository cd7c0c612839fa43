import createMDX from '@next/mdx';
/** @type {import('next').NextConfig} */
const nextConfig = { basePath: '/news', trailingSlash: true, output: 'export', pageExtensions: ['jsx', 'mdx'] };
export default createMDX()(nextConfig);
