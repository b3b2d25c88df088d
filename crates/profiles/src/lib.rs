//! What Jira, Confluence and Bitbucket mean by a request.
