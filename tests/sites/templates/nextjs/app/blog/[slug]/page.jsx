import fs from 'node:fs';
import matter from 'gray-matter';

export function generateStaticParams() {
  return fs.readdirSync('content/blog').map((name) => ({ slug: name.replace('.mdx', '') }));
}

export default async function Page({ params }) {
  const { slug } = await params;
  const { data, content } = matter(fs.readFileSync(`content/blog/${decodeURIComponent(slug)}.mdx`, 'utf8'));
  return <>{(data.related ?? []).map((entry) => <a className="related" href={entry.url} key={entry.url} />)}{content}</>;
}
