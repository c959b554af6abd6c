"""How the web is visited politely: what is due, which links are followed, and the requests themselves."""
