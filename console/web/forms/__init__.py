"""Forms: they turn what a browser sent into what the services take, and problems into field errors."""
