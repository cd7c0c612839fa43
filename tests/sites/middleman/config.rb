# Time.zone = "UTC"
set :http_prefix, "/news"

activate :blog do |blog|
  blog.prefix = "blog"
  # blog.permalink = "{year}/{title}.html"
  blog.permalink = "{category}/{year}/{title}.html"
  blog.sources = "{year}-{month}-{day}-{title}.html"
  blog.layout = "article"
end

activate :directory_indexes

configure :build do
  activate :minify_css
end
