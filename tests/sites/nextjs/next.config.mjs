/** @type {import('next').NextConfig} */
const nextConfig = { basePath: '/news', trailingSlash: true };
export default nextConfig;
