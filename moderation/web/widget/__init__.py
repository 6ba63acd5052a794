"""What a host page loads: the comment element, its style and a page to try it on."""
