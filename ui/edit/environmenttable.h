#pragma once

#include <turnspit/control/values.h>

#include <QMap>
#include <QWidget>

class QLabel;
class QPushButton;
class QTableWidget;

namespace turnspit {

/// The table `environment` of a service file. Lines of the form NAME=value can be pasted. Values of secret-looking names are dots until
/// somebody wants to see them, in the table as in the field where they are typed.
///
/// objectNames: environmentTable, addVariableButton, removeVariableButton, revealSecretsButton; secretEdit while one is typed.
class EnvironmentTable final : public QWidget
{
    Q_OBJECT
public:
    explicit EnvironmentTable(QWidget* parent = nullptr);

    /// From now on these are what was there before.
    void load(const QJsonObject& variables);
    [[nodiscard]] QList<KeyEdit> edits() const;

    /// Adds or replaces.
    void set(const QString& name, const QString& value);

    /// The first malformed or double line in words; "" where there is none.
    [[nodiscard]] QString problem() const;

    /// The value in this row is shown as dots.
    [[nodiscard]] bool hidesValue(int row) const;

Q_SIGNALS:
    void edited();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void addRow(const QString& name, const QString& value);
    void paste();
    [[nodiscard]] QString cell(int row, int column) const;
    [[nodiscard]] QMap<QString, QString> variables() const;
    void changed();

    QTableWidget* m_table;
    QPushButton* m_remove;
    QPushButton* m_reveal;
    QLabel* m_problem;
    QMap<QString, QString> m_loaded;
    bool m_loading = false;
};

} // namespace turnspit
