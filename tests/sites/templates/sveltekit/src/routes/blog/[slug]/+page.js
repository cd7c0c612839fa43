const posts = import.meta.glob('/posts/blog/*.md', { eager: true });

export const entries = () => Object.keys(posts).map((path) => ({ slug: path.slice('/posts/blog/'.length, -'.md'.length) }));

export const load = ({ params }) => {
  const { metadata, default: content } = posts[`/posts/blog/${params.slug}.md`];
  return { metadata, content };
};
