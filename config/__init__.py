"""The site put together: settings, environment, addresses, servers. The only place that knows every part."""
