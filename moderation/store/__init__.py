"""The only room that speaks Redis: keys, scripts, and what is read and written with them."""
