"""The store on disk: text formats, layout, lock and the write protocol."""
