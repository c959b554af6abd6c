"""What does this page, feed or sitemap say? Bytes in, plain text and checked URLs out, in a process that can be killed."""
